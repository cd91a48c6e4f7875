import { abridged } from '../abridged.ts';
import { html, nothing } from './html.ts';
import type { Html } from './html.ts';

/** A piece of a request or a row: text, or a picture as SVG. */
export type Piece = { text: string } | { svg: string };

/** A row with what was asked about it and what came back. */
export type SampledRow = {
  key: string;
  /** Of a row that is asked about nothing: what it holds. */
  fields: { name: string; value: Piece }[];
  steps: { step: string; model: string; messages: { role: string; pieces: Piece[] }[]; answer: string }[];
};

const CHARACTERS_SHOWN = 6000;

export const rowView = ({ key, fields, steps }: SampledRow): Html =>
  html`<article class="row">
    <header><h3>${key}</h3></header>
    ${fields.map(
      ({ name, value }) =>
        html`<h4>${name}</h4>
          ${pieceView(value, name)}`,
    )}
    ${steps.map(
      ({ step, model, messages, answer }) =>
        html`${steps.length > 1 ? html`<h4 class="step">${step}</h4>` : nothing}
          ${messages.map(
            ({ role, pieces }) =>
              html`<h4>${role}</h4>
                ${pieces.map((piece) => pieceView(piece, role))}`,
          )}
          <h4>answer of ${model}</h4>
          ${textView(answer)}`,
    )}
  </article>`;

// as a picture a drawing can neither load nor run anything
const pieceView = (piece: Piece, name: string): Html =>
  'text' in piece
    ? textView(piece.text)
    : html`<img alt="plot, ${name}" src="data:image/svg+xml;base64,${Buffer.from(piece.svg).toString('base64')}" />`;

const textView = (text: string): Html => html`<pre>${abridged(text, CHARACTERS_SHOWN)}</pre>`;
