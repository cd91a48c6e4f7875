import * as fc from 'fast-check';

/*
 * Properties are checked on the same examples in every normal run, so that a red test is the fault of a change;
 * the full form (`FULL=1`) draws new ones each time, and `PROPERTY_SEED` repeats those of a report.
 */
const asked = process.env['PROPERTY_SEED'];
if (asked !== undefined) fc.configureGlobal({ seed: Number(asked) });
else if (process.env['FULL'] !== '1') fc.configureGlobal({ seed: 20_261_001 });
