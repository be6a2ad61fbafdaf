const NOTHING = new Uint8Array(0);

/** The bytes of a piece of a body, which a `fetch` of somebody's own may bring as a text. Throws where it has none. */
export function bytesOf(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  if (typeof piece === 'string') return Buffer.from(piece);
  if (ArrayBuffer.isView(piece)) return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  if (piece instanceof ArrayBuffer || piece instanceof SharedArrayBuffer) return new Uint8Array(piece);
  throw new TypeError(`A body brought ${Object.prototype.toString.call(piece)} in place of bytes`);
}

/** Bytes to be given on in the place of a piece, as what that was; `undefined` where there are none. */
export function likePiece(piece: unknown, bytes: Uint8Array = NOTHING): unknown {
  if (bytes.byteLength === 0) return undefined;
  return typeof piece === 'string' ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString() : bytes;
}
