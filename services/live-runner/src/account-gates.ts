import { createAccountGate } from './account-gate.ts';
import type { AccountGate, GateOptions } from './account-gate.ts';

/** One gate per account, made when it is first asked for. */
export const createAccountGates = (options: GateOptions): ((account: string) => AccountGate) => {
  const gates = new Map<string, AccountGate>();
  return (account) => {
    const gate = gates.get(account) ?? createAccountGate(options);
    gates.set(account, gate);
    return gate;
  };
};
