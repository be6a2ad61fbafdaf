const DEPTH = 6;
const PROMPT_LIMIT = 400_000;

/** The characters of the texts in what is sent, for an estimate: images and sounds in it are not counted. */
export function sizeOf(value: unknown, depth = 0): number {
  if (typeof value === 'string') return value.startsWith('data:') ? 0 : value.length;
  if (typeof value !== 'object' || value === null || depth > DEPTH || ArrayBuffer.isView(value)) return 0;
  let size = 0;
  if (Array.isArray(value)) for (const entry of value) size += typeof entry === 'number' ? 4 : sizeOf(entry, depth + 1);
  else {
    for (const [key, entry] of Object.entries(value)) {
      if (key !== 'data' && key !== 'type' && key !== 'role' && key !== 'bytes') size += sizeOf(entry, depth + 1);
    }
  }
  return size;
}

/** What was asked, as text. */
export function promptOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const texts: string[] = [];
  gather(value, texts, 0);
  return texts.length > 0 ? texts.join('\n').slice(0, PROMPT_LIMIT) : undefined;
}

function gather(value: unknown, texts: string[], depth: number): void {
  if (typeof value === 'string') texts.push(value);
  if (typeof value !== 'object' || value === null || depth > DEPTH) return;
  if (Array.isArray(value)) for (const entry of value) gather(entry, texts, depth + 1);
  else {
    for (const [key, entry] of Object.entries(value)) {
      if (key === 'content' || key === 'text' || key === 'parts') gather(entry, texts, depth + 1);
    }
  }
}
