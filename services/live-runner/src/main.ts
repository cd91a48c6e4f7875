import { runService } from '@batchmill/service-host';
import { service } from './service.ts';

await runService(service);
