// Python in a worker of the static site: loads Pyodide, python-flint and longhand, then answers one request after the other.
import { loadPyodide } from "./python/pyodide.js";

const near = (name) => new URL(name, import.meta.url).href;
const STAGES = ["Python", "exact arithmetic", "longhand"];
const stage = (done) => postMessage({ done, of: STAGES.length, says: STAGES[done] });

const failed = (error) => postMessage({ failed: String(error.message ?? error) });

// Every file is needed, and Pyodide waits for ever for one that does not come: so it is said here. And a web space that does not know
// the type of WebAssembly is helped out, since browsers insist on it.
const fetchAsIs = self.fetch;
self.fetch = async (resource, options) => {
  const address = String(resource.url ?? resource);
  const response = await fetchAsIs(resource, options).catch((error) => {
    failed(`${address}: ${error.message}`);
    throw error;
  });
  if (!response.ok) failed(`${address}: ${response.status}`);
  return response.ok && address.endsWith(".wasm") ? new Response(response.body, { headers: { "content-type": "application/wasm" } }) : response;
};

async function started() {
  stage(0);
  const site = await (await fetch(near("site.json"))).json();
  const program = fetch(near(site.program)).then((response) => response.arrayBuffer());
  const python = await loadPyodide({ indexURL: near("python/") });
  stage(1);
  await python.loadPackage(site.wheels.map(near), { messageCallback() {} });
  stage(2);
  python.unpackArchive(await program, "zip", { extractDir: "/longhand" });
  return python.runPython(`
import json, sys
sys.path.insert(0, "/longhand")
import flint
from longhand.web.requests import answer
lambda text: json.dumps(answer(json.loads(text)))
`);
}

const python = started();
python.then(() => postMessage({ done: STAGES.length, of: STAGES.length }), failed);

onmessage = async ({ data: { id, request } }) => {
  try {
    postMessage({ id, answer: JSON.parse((await python)(JSON.stringify(request))) });
  } catch (error) {
    postMessage({ id, failed: String(error.message ?? error) });
  }
};
