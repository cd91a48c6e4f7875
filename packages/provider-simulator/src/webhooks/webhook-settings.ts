import { z } from 'zod';

/** What `POST /_simulator/webhooks` takes. Times are real: deliveries go to a real server. */
export const webhookSettingsSchema = z.strictObject({
  /** null: nothing is sent. */
  url: z.url({ protocol: /^https?$/ }).nullable(),
  /** `whsec_` and base64, or any other text, of which the bytes are taken. */
  secret: z.string().min(1).default('whsec_c2ltdWxhdG9y'),
  /** Each event waits for a time drawn from [least, most]: a wide range makes them late and out of order. */
  delayMs: z.tuple([z.number().min(0), z.number().min(0)]).default([0, 0]),
  /** Share of the events that are delivered twice. */
  duplicateRate: z.number().min(0).max(1).default(0),
});
export type WebhookSettings = z.infer<typeof webhookSettingsSchema>;

export const NO_WEBHOOK: WebhookSettings = webhookSettingsSchema.parse({ url: null });
