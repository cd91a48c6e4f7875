import { formatProblem, InputError } from '@batchmill/contracts';
import type { CompiledPipeline } from '@batchmill/contracts';
import type { CommandContext } from '../command-context.ts';

export type ProviderUse = {
  /** A step is answered by the bundled simulator. */
  simulator: boolean;
  /** Somebody outside this machine answers, and may want money for it. */
  costsMoney: boolean;
};

/**
 * Who the pipeline's steps ask. A missing key is refused here, before anything begins: nothing ever falls back to the
 * simulator by itself. @throws InputError
 */
export const providerUse = async (context: CommandContext, pipeline: CompiledPipeline): Promise<ProviderUse> => {
  const names = new Set(
    pipeline.stages.flatMap((stage) => (stage.kind === 'generate' ? [stage.generate.provider] : [])),
  );
  const simulator = names.delete('simulator');
  // A server has keys and base URLs of its own: what stands in this environment says nothing about it.
  if (context.url !== undefined) return { simulator, costsMoney: names.size > 0 };
  const { readProviders } = await import('@batchmill/providers');
  const providers = readProviders(context.io.environment);
  for (const name of names) providers.get(name);
  const isHere = isLoopback(context.io.environment['OPENAI_BASE_URL'] ?? '');
  return { simulator, costsMoney: [...names].some((name) => name !== 'openai' || !isHere) };
};

/** Asks each outside provider whether it takes the key, so that a wrong one stops the run before it begins. */
export const checkProviders = async (context: CommandContext, pipeline: CompiledPipeline): Promise<void> => {
  if (context.url !== undefined) return;
  const { readProviders } = await import('@batchmill/providers');
  const providers = readProviders(context.io.environment);
  const names = new Set(
    pipeline.stages.flatMap((stage) => (stage.kind === 'generate' ? [stage.generate.provider] : [])),
  );
  // The bundled one is started when it is needed.
  if ((context.io.environment['BATCHMILL_SIMULATOR_URL'] ?? '') === '') names.delete('simulator');
  for (const name of names) {
    const result = await providers.get(name).check();
    if (!result.ok) {
      const { code, message, remedy, mayPass } = result;
      const problem = { code, message: `The provider "${name}" cannot be used: ${message}`, remedy };
      if (mayPass === true) throw new Error(formatProblem(problem));
      throw new InputError([problem]);
    }
  }
};

export const isLoopback = (url: string): boolean => {
  const host = URL.parse(url)?.hostname ?? '';
  return host === 'localhost' || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
};
