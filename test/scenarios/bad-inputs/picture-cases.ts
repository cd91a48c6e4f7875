import { pipelineWith } from './bad-input.ts';
import type { BadInput } from './bad-input.ts';

const withImage = (image: string) =>
  pipelineWith('prompt: "Summarize {{ title }}"', `image: ${image}, prompt: "Describe {{ title }}"`);

export const pictureCases: BadInput[] = [
  {
    title: 'A picture that is not there',
    files: withImage('{ path: "posters/{{ id }}.png" }'),
    exitCode: 2,
    says: ['posters/1.png', 'row "1"', '/films'],
  },
  {
    title: 'A file that is no picture',
    files: {
      ...withImage('{ path: "posters/{{ id }}.png" }'),
      'posters/1.png': 'no picture',
      'posters/2.png': '',
      'posters/3.png': '<html></html>',
    },
    exitCode: 3,
    delivers: true,
    says: ['rejects.jsonl', 'posters/1.png'],
  },
  {
    title: 'A plot of a text',
    files: withImage('{ plot: title }'),
    exitCode: 3,
    delivers: true,
    says: ['"title"', 'numbers'],
  },
  {
    title: 'A plot of a field that no row has',
    files: withImage('{ plot: series }'),
    exitCode: 2,
    says: ['"series"', '3 of 3 rows'],
  },
];
