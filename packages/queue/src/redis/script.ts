import { createHash } from 'node:crypto';

/** A Lua script that Redis runs as one step. Every key it touches is given as a key, never built inside. */
export type Script = { readonly lua: string; readonly sha1: string };

export const defineScript = (lua: string): Script => ({ lua, sha1: createHash('sha1').update(lua).digest('hex') });
