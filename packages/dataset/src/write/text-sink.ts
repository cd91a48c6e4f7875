import { CHUNK_CHARACTERS } from './row-writer.ts';
import type { Sink } from './row-writer.ts';

/** Gathers text and hands it over as UTF-8 in larger chunks. */
export class TextSink {
  readonly #sink: Sink;
  #parts: string[] = [];
  #characters = 0;

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  async write(text: string): Promise<void> {
    this.#parts.push(text);
    this.#characters += text.length;
    if (this.#characters >= CHUNK_CHARACTERS) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#characters === 0) return;
    const chunk = Buffer.from(this.#parts.join(''), 'utf8');
    this.#parts = [];
    this.#characters = 0;
    await this.#sink(chunk);
  }
}
