import { expressDrivers } from '../../../test/contracts/express-driver.ts';
import { httpServerContract } from '../../../test/contracts/http-server.ts';

for (const driver of expressDrivers) httpServerContract(driver);
