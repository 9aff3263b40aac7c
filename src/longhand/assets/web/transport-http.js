// Requests to the server that the page came from.

/** The answer to a request, as JSON. It rejects where there is no server, and with an AbortError where `signal` says so. */
export async function ask(request, signal) {
  const response = await fetch("api", {
    method: "POST", signal, headers: { "content-type": "application/json" }, body: JSON.stringify(request),
    cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer",
  });
  return response.json();
}
