import { allCases } from './all-cases.ts';
import { runBadInput } from './run-bad-input.ts';
const only = process.argv[2];
const cases = allCases
  .filter((g) => process.argv[3] === undefined || g.heading.includes(process.argv[3]))
  .flatMap(({ cases }) => cases)
  .filter((c) => only === undefined || new RegExp(only, 'i').test(c.title));
const work = async () => {
  for (;;) {
    const c = cases.shift();
    if (!c) return;
    const r = await runBadInput(c);
    const miss = c.says.filter((s) => (typeof s === 'string' ? !r.message.includes(s) : !s.test(r.message)));
    console.log(
      `##### ${c.title}\n${r.message.slice(0, 1800)}\n-> ${r.code}${r.code !== c.exitCode ? ' WRONG CODE' : ''} ${r.tookMs}ms ${miss.length ? 'MISSES ' + miss.join(' | ') : ''} ${JSON.stringify(r.left)} ${r.corrected ? `corrected ${r.corrected.code} ${r.corrected.code ? r.corrected.output : ''}` : ''}\n`,
    );
  }
};
await Promise.all([work(), work()]);
