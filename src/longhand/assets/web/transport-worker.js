// The transport of the static site: requests go to Python in a worker. The worker does one at a time, so the others wait here, where
// they can be called off; one that takes too long ends with its worker, and a fresh one goes on.

/** Milliseconds for a request once Python is there, and for one that was called off while it ran: a new worker costs more than a moment. */
export const limits = { patience: 40_000, afterwards: 3_000 };

const waiting = [];
let worker = null;
let ready = false;
let running = null;
let number = 0;

/** The answer to a request, as JSON. It rejects where Python cannot be loaded, and with an AbortError where `signal` says so. */
export function ask(request, signal) {
  return new Promise((resolve, reject) => {
    const job = { request, signal, resolve, reject };
    if (signal?.aborted) return reject(signal.reason);
    signal?.addEventListener("abort", () => {
      if (waiting.includes(job)) waiting.splice(waiting.indexOf(job), 1);
      if (job === running) allow(limits.afterwards);
      reject(signal.reason);
    });
    waiting.push(job);
    if (!worker) start();
    next();
  });
}

function start() {
  ready = false;
  worker = new Worker(new URL("python-worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }) => heard(data);
  worker.onerror = (event) => broken(event.message || "the worker cannot be started");
}

function heard({ id, answer, failed, done, of, says }) {
  if (done !== undefined) {
    ready = done === of;
    show(done, of, says);
    next();
  } else if (running && id === running.id) {
    const job = finished();
    if (failed) {
      stop(); // Python itself has failed: whatever is left of it is not to be trusted
      job.reject(new Error(failed));
      if (waiting.length) start();
    } else {
      job.resolve(answer);
      next();
    }
  } else if (failed && id === undefined) broken(failed);
}

function next() {
  if (!ready || running || !waiting.length) return;
  running = waiting.shift();
  running.id = ++number;
  allow(limits.patience);
  worker.postMessage({ id: running.id, request: running.request });
}

function allow(milliseconds) {
  clearTimeout(running.timer);
  running.timer = setTimeout(late, milliseconds);
}

function finished() {
  const job = running;
  clearTimeout(job.timer);
  running = null;
  return job;
}

function late() {
  const job = finished();
  stop();
  job.resolve({ ok: false, kind: job.request.kind, error: { code: "too slow", says: `This took more than ${limits.patience / 1000} seconds and was ended.` } });
  start();
}

function stop() {
  worker?.terminate();
  worker = null;
  ready = false;
}

// Python could not be loaded: everything that waits is told, and the next request tries again.
function broken(says) {
  stop();
  const jobs = waiting.splice(0);
  if (running) jobs.push(finished());
  const problem = `Python could not be loaded: ${says}`;
  tell(problem).firstChild.hidden = true;
  for (const job of jobs) job.reject(new Error(problem));
}

// ---- how far the loading is ------------------------------------------------------------------------------------------

const LOOK = { position: "fixed", insetInline: "0", bottom: "1rem", marginInline: "auto", width: "max-content", maxWidth: "90vw", zIndex: "50",
  display: "flex", gap: ".75rem", alignItems: "center", padding: ".5rem 1rem", borderRadius: ".5rem", background: "Canvas", color: "CanvasText",
  border: "1px solid GrayText", boxShadow: "0 2px 12px rgb(0 0 0 / .2)" };
let bar = null;

function tell(words) {
  if (!bar) {
    bar = document.createElement("div");
    bar.id = "loading";
    bar.setAttribute("role", "status");
    Object.assign(bar.style, LOOK);
    bar.append(document.createElement("progress"), document.createElement("span"));
    bar.firstChild.setAttribute("aria-label", "Loading");
    document.body.append(bar);
  }
  bar.lastChild.textContent = words;
  return bar;
}

function show(done, of, says) {
  if (done === of) {
    bar?.remove();
    bar = null;
  } else Object.assign(tell(`Loading ${says} …`).firstChild, { hidden: false, max: of, value: done });
}
