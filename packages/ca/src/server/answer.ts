import { encodeDbr } from "../codec/dbr.js";
import { type DbrType, dbrBytes } from "../tables/types.js";
import { convertForRead, elementsOf } from "./convert.js";
import type { ChannelSnapshot, ServedChannel } from "./types.js";

/** The value part of an answer. */
export interface AnswerBody {
  readonly payload: Uint8Array;
  readonly count: number;
}

/**
 * Makes the DBR structure that answers a request for `requested` elements (0: as many as there are); elements beyond the value are zero.
 *
 * @throws EpicubeError CA_CONVERT where there is no conversion to the type
 */
export function answerBody(channel: Pick<ServedChannel, "type">, snapshot: ChannelSnapshot, type: DbrType, requested: number): AnswerBody {
  if (type.class === "class-name") {
    const count = requested === 0 ? 1 : requested;
    return { payload: encodeDbr(type, { elements: [snapshot.recordType ?? ""] }, count), count };
  }
  const all = elementsOf(snapshot.value);
  const wanted = requested === 0 ? all : slice(all, requested);
  const count = requested === 0 ? all.length : requested;
  const elements = convertForRead(channel.type, type.native, wanted, snapshot);
  return { payload: encodeDbr(type, { ...snapshot, elements }, count), count };
}

/** The answer where reading failed: zeros of the size asked for. */
export function emptyBody(type: DbrType, requested: number): AnswerBody {
  return { payload: requested === 0 ? new Uint8Array(0) : new Uint8Array(dbrBytes(type, requested)), count: requested };
}

function slice(elements: ArrayLike<number | string>, count: number): ArrayLike<number | string> {
  if (elements.length <= count) return elements;
  return ArrayBuffer.isView(elements)
    ? (elements as unknown as { subarray(start: number, end: number): ArrayLike<number> }).subarray(0, count)
    : Array.prototype.slice.call(elements, 0, count);
}
