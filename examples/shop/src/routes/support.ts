import { Router } from 'express';
import type { Models } from '../models.ts';
import { Problem } from '../problem.ts';

const LONGEST_QUESTION = 2_000;

/** `/support` */
export function supportRoutes(models: Models): Router {
  const router = Router();

  router.post('/', async (req, res) => {
    const { question } = (req.body ?? {}) as { question?: unknown };
    if (typeof question !== 'string' || question.trim() === '' || question.length > LONGEST_QUESTION) {
      throw new Problem(422, `question must be a text of at most ${LONGEST_QUESTION} characters`);
    }
    res.json({ answer: await answer(question) });
  });

  async function answer(question: string): Promise<string> {
    try {
      return await models.answer(question);
    } catch (cause) {
      throw new Problem(502, 'Nobody can answer just now; try again', { cause });
    }
  }

  return router;
}
