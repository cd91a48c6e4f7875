export { startSimulator } from './simulator.ts';
export type { Simulator } from './simulator.ts';
export type { SimulatorLimits, SimulatorOptions, SimulatorTiming } from './options.ts';
export type { Faults } from './faults/fault-settings.ts';
export type { MeterReading } from './meter/meter.ts';
