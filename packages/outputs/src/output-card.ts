import type { Fields, GenerateStage, JobRecord, Message, Output, Stage } from '@batchmill/contracts';
import type { CardFacts } from '@batchmill/dataset';
import { compileTemplate } from '@batchmill/templates';
import { abridged } from './abridged.ts';
import type { WrittenOutput } from './write-output.ts';

/** Facts for the dataset card of an output, or null where the output has none. */
export const cardOf = (
  { job, at, name, pipeline, inputs, byHand }: JobRecord,
  output: Output,
  { files, columns }: WrittenOutput,
  isSimulated: boolean,
): CardFacts | null => {
  const { card, dir } = output;
  if (card === undefined || dir === undefined) return null;
  const { earlier = { stages: [], inputs: [] } } = byHand ?? {};
  const names = output.split?.shares.map((share) => share.name) ?? ['train'];
  const splits = names.map((split) => {
    const own = files.filter(({ path }) => output.split === undefined || isOfSplit(path, dir, split));
    const rows = own.reduce((sum, file) => sum + file.rows, 0);
    return { name: split, rows, files: own.map(({ path }) => path.slice(dir.length + 1)) };
  });
  return {
    title: card.title ?? name,
    description: card.description,
    license: card.license,
    splits,
    columns,
    steps: [...earlier.stages, ...pipeline.stages].map((stage) => stepOf(stage, pipeline.vars)),
    provenance: {
      pipeline: name,
      job,
      at,
      inputs: [...earlier.inputs, ...inputs].map((input) => ({
        name: input.name,
        bytes: input.bytes,
        sha256: input.sha256,
      })),
      isSimulated,
    },
  };
};

const isOfSplit = (path: string, dir: string, split: string): boolean =>
  path.startsWith(`${dir}/${split}-`) && /^\d{5,}(-\d+)?\.[a-z]+$/.test(path.slice(dir.length + split.length + 2));

const stepOf = (stage: Stage, vars: Fields): CardFacts['steps'][number] => {
  if (stage.kind === 'transform') {
    const { name, options } = stage.transform;
    return { name: stage.step, prompt: abridged(`${name}: ${JSON.stringify(options)}`, CHARACTERS_SHOWN) };
  }
  return {
    name: stage.step,
    model: modelOf(stage, vars),
    prompt: stage.generate.messages.map(messageText).join('\n'),
  };
};

/** A model chosen row by row stays a template. */
const modelOf = ({ generate: { model } }: GenerateStage, vars: Fields): string => {
  try {
    return compileTemplate(model).render({ vars });
  } catch {
    return model;
  }
};

const messageText = ({ role, content }: Message): string => {
  const parts = typeof content === 'string' ? [content] : content.map(partText);
  return `${role}: ${abridged(parts.join('\n'), CHARACTERS_SHOWN)}`;
};

const partText = (part: Exclude<Message['content'], string>[number]): string => {
  if ('text' in part) return part.text;
  const { plot, url, path } = part.image;
  return `[${plot === undefined ? `image ${url ?? path ?? ''}` : `plot of ${plot.fields.join(', ')}`}]`;
};

const CHARACTERS_SHOWN = 2000;
