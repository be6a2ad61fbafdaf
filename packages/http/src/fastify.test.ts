import { fastifyDriver } from '../../../test/contracts/fastify-driver.ts';
import { httpServerContract } from '../../../test/contracts/http-server.ts';

httpServerContract(fastifyDriver);
