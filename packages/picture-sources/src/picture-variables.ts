import { commaSeparated } from '@batchmill/service-host';
import { z } from 'zod';
import { readAllowedPlaces } from './web/allowed-places.ts';

/** The variables of a service that makes requests with pictures. */
export const pictureVariables = {
  API_INPUT_BUCKETS: commaSeparated().describe(
    'Buckets, separated by commas, from which s3:// inputs and pictures may be read, with the S3 variables of the store',
  ),
  IMAGE_LINK_ALLOW: commaSeparated()
    .transform((entries, { issues, value }) => {
      const { places, unreadable } = readAllowedPlaces(entries);
      if (unreadable !== undefined) {
        const message = `: expected hosts and networks such as images.intranet, 10.1.0.0/16, and not ${unreadable}`;
        issues.push({ code: 'custom', message, input: value });
      }
      return places;
    })
    .describe('Hosts and networks, separated by commas, to which links of pictures may lead though they are private'),
  IMAGE_LINK_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(10_000)
    .describe('How long a link of a picture may take to answer, each of three times (ms)'),
};

export type PictureConfig = z.infer<z.ZodObject<typeof pictureVariables>>;
