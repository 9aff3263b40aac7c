// Links that carry the whole problem behind their #: JSON, deflated, in base64url. What stands behind a # is never sent to a server.

const LONGEST = 60_000;                       // characters of a link
const LARGEST = 900_000;                      // bytes that one may unpack to

const through = (bytes, stream) => new Blob([bytes]).stream().pipeThrough(stream);

/** The state as the end of a link; "" where it is too long for one. */
export async function packed(state) {
  const bytes = new Uint8Array(await new Response(through(new TextEncoder().encode(JSON.stringify(state)), new CompressionStream("deflate-raw"))).arrayBuffer());
  let text = "";
  for (let k = 0; k < bytes.length; k += 4096) text += String.fromCharCode(...bytes.subarray(k, k + 4096));
  const code = btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return code.length > LONGEST ? "" : `#p=${code}`;
}

/** The state that a link carries; null where it carries none that can be read. */
export async function unpacked(hash) {
  if (!hash.startsWith("#p=")) return null;
  try {
    const bytes = Uint8Array.from(atob(hash.slice(3).replaceAll("-", "+").replaceAll("_", "/")), c => c.charCodeAt(0));
    const reader = through(bytes, new DecompressionStream("deflate-raw")).getReader();
    const parts = [];
    let size = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > LARGEST) { await reader.cancel(); return null; }
      parts.push(value);
    }
    return checked(JSON.parse(await new Blob(parts).text()));
  } catch {
    return null;
  }
}

/** Only what a state may hold: links come from strangers. */
function checked(state) {
  if (state === null || typeof state !== "object" || typeof state.sheet !== "string") return null;
  const moved = Array.isArray(state.moved) ? state.moved.filter(isMove).slice(0, 400) : [];
  return { sheet: state.sheet, answer: typeof state.answer === "string" ? state.answer : "", tab: state.tab === "answer" ? "answer" : "sheet", moved };
}

const isMove = each => each !== null && typeof each === "object" && Number.isInteger(each.problem) && typeof each.name === "string"
  && typeof each.value === "string" && Array.isArray(each.at) && each.at.every(Number.isInteger);
