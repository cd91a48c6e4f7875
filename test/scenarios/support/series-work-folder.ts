import { writeFile } from 'node:fs/promises';
import path from 'node:path';

const FREQUENCIES = ['Yearly', 'Quarterly', 'Monthly', 'Weekly', 'Daily', 'Hourly'];
const SERIES = 20;

/** Series of all frequencies with the table about them, and what the old scripts for them have left in `old`. */
export const writeSeriesFolder = async (folder: string): Promise<void> => {
  const at = (name: string): string => path.join(folder, name);
  const idsOf = (frequency: string): string[] => {
    const count = frequency === 'Weekly' ? SERIES : SERIES / 5;
    return Array.from({ length: count }, (_, index) => `${frequency[0]}${index + 1}`);
  };
  const numbers = (position: number): number[] => [
    position,
    (position * 3) % 7,
    position + 4,
    ((position * 7) % 5) + 0.5,
  ];
  const csv = (head: string, rows: readonly string[]): string => `${[head, ...rows].join('\n')}\n`;
  for (const frequency of FREQUENCIES) {
    const rows = idsOf(frequency).map(
      (id, index) =>
        `"${id}",${numbers(index)
          .map((value) => `"${value}"`)
          .join(',')},""`,
    );
    await writeFile(at(`${frequency}-train.csv`), csv('"V1","V2","V3","V4","V5","V6"', rows));
  }
  const info = FREQUENCIES.flatMap(idsOf).map((id) => `${id},Macro,1,6,Yearly,01-01-79 12:00`);
  await writeFile(at('M4-info.csv'), csv('M4id,category,Frequency,Horizon,SP,StartingDate', info));

  const ids = idsOf('Weekly').map((id) => `series-${id}`);
  const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'Caption 1, 2, 3.' }], max_tokens: 50, seed: 42 };
  const request = { method: 'POST', url: '/v1/chat/completions', body };
  const requests = ids.map((id) => JSON.stringify({ custom_id: id, ...request }));
  await writeFile(at('old/m4_caption_requests.jsonl'), `${requests.join('\n')}\n`);
  const captions = ids.map((id) => `${id},A caption of ${id}`);
  await writeFile(at('old/m4_captions_Weekly.csv'), csv('id,caption', captions));
  const series = ids.map((id, index) => `${id},"${JSON.stringify(numbers(index))}"`);
  await writeFile(at('old/m4_series_Weekly.csv'), csv('id,series', series));
  const backup = ids.map((id) => ({ custom_id: id, content: `A caption of ${id}` }));
  await writeFile(at('old/m4_captions_Weekly_backup.json'), JSON.stringify(backup, null, 2));
};
