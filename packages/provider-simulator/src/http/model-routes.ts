import type { FastifyInstance } from 'fastify';
import { LISTED_MODELS, isKnownModel } from '../answers/model-names.ts';
import { HTTP_ERRORS } from '../observed-errors.ts';
import { ApiError, apiProblem } from './api-error.ts';

const CREATED = 1_700_000_000;

const modelObject = (id: string): Record<string, unknown> => ({
  id,
  object: 'model',
  created: CREATED,
  owned_by: 'simulator',
});

export const addModelRoutes = (api: FastifyInstance): void => {
  api.get('/models', { config: { operation: 'models.list' } }, async () => ({
    object: 'list',
    data: LISTED_MODELS.map(modelObject),
  }));
  api.get<{ Params: { model: string } }>(
    '/models/:model',
    { config: { operation: 'models.get' } },
    async ({ params: { model } }) => {
      if (!isKnownModel(model)) {
        throw new ApiError(apiProblem(HTTP_ERRORS.noSuchModel, HTTP_ERRORS.noSuchModel.message(model), 'model'));
      }
      return modelObject(model);
    },
  );
};
