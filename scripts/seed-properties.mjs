/**
 * Property tests draw the same values in every run, so that a change is judged by the change alone. `FC_SEED=random` draws
 * others, `FC_SEED=N` those of a run that failed.
 */
import fc from 'fast-check';

const seed = process.env['FC_SEED'] ?? '20261121';
if (seed !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
