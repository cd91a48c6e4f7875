import { formatProblem, InputError } from '@batchmill/contracts';
import type { Check } from './check.ts';
import { missing, note, ok } from './check.ts';

/** The key is there, and the provider takes it. Without one only the simulator can be used. */
export const checkProvider = (environment: Record<string, string | undefined>): Check => ({
  name: 'Provider',
  look: async () => {
    if ((environment['OPENAI_API_KEY'] ?? '').trim() === '')
      return note(
        'openai: OPENAI_API_KEY is not set',
        'export OPENAI_API_KEY=sk-… (from https://platform.openai.com/api-keys). --provider simulator needs none.',
      );
    const { readProviders } = await import('@batchmill/providers');
    try {
      const result = await readProviders(environment).get('openai').check();
      return result.ok ? ok('openai: reached, key accepted') : missing(`openai: ${result.message}`, result.remedy);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      return missing('openai: cannot be used as it is set up', error.problems.map(formatProblem).join(' '));
    }
  },
});
