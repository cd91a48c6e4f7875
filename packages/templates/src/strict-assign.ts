import { AssignTag } from 'liquidjs';
import type { Context } from 'liquidjs';

/** LiquidJS lets `{% assign y = x %}` pass where x is unknown, so that the mistake would show at y, far from its cause. */
export class StrictAssign extends AssignTag {
  override *render(context: Context): Generator<unknown, void, unknown> {
    const { key, value } = this as unknown as AssignParts;
    context.bottom()[key] = yield value.value(context, false);
  }
}

type AssignParts = { key: string; value: { value(context: Context, lenient: boolean): Generator } };
