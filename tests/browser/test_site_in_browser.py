"""The static site in Chromium, served by a plain file server: Python runs in the browser, and nothing is loaded from elsewhere."""
from __future__ import annotations

import json
import os
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from longhand.errors import LonghandError
from longhand.web import site

ROOT = Path(__file__).resolve().parents[2]
SEED = next(iter(sorted((ROOT.parent / "shared" / "seeds").glob("001_*.txt"))), None)
EXAMPLE = ROOT / "examples" / "two-layer-softmax.md"
MILLISECONDS = 300_000      # a slow machine has to compile 27 MB of WebAssembly


class Plain(SimpleHTTPRequestHandler):
    """A file server that knows as few types as a web space may, and keeps no log."""
    extensions_map = {"": "application/octet-stream", ".html": "text/html", ".css": "text/css", ".js": "application/javascript", ".svg": "image/svg+xml"}

    def guess_type(self, path: object) -> str:
        """By the table alone: Python's own would know .mjs and .wasm."""
        return self.extensions_map.get(Path(path).suffix, self.extensions_map[""])

    def log_message(self, *_: object) -> None:
        """Nothing is said."""


@pytest.fixture(scope="module")
def address(request, browser, tmp_path_factory):
    """The site, built once and served. What it needs is fetched as the command fetches it, and kept for the next run."""
    kept = Path(request.config.cache.mkdir("site"))
    pyodide, flint = os.environ.get("LONGHAND_PYODIDE", kept), Path(os.environ.get("LONGHAND_FLINT", kept / site.FLINT))
    try:
        if not (Path(pyodide) / site.LOCK).is_file():
            site.fetch_pyodide(kept)
        if not flint.is_file():
            site.fetch_flint(kept)
    except LonghandError as error:
        pytest.skip(f"what the site needs cannot be fetched: {error.statement}")
    folder = tmp_path_factory.mktemp("site") / "public"
    site.build(str(folder), str(pyodide), str(flint))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Plain, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def visit(browser, address):
    """A page of the site, and the addresses that were asked for."""
    context = browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.set_default_timeout(MILLISECONDS)
    page.goto(address)
    page.wait_for_selector("html[data-shown]")          # the first example is solved
    yield page, asked
    context.close()


ASK = "async (request) => (await import(new URL('transport.js', document.baseURI))).ask(request)"


@pytest.mark.skipif(SEED is None, reason="the shared inputs are not beside the project")
def test_seed_001_is_solved_in_the_browser(visit):
    page, _ = visit
    sheet = SEED.read_text(encoding="utf-8")
    page.locator("#text").fill(sheet)
    page.wait_for_selector("#solution:has-text('1.52656')", state="attached")
    assert "1.21695" in page.locator("#solution").text_content()
    answer = page.evaluate(ASK, {"kind": "export", "format": "json", "sheet": sheet})
    assert answer["ok"], answer
    found = json.loads(answer["text"])
    assert [r["value"] for r in found["results"] if r["of"] == "Loss" and r["asked"] in ("value", "loss")] == ["1.52656264127"]
    assert found["loss_after"] == [{"step": 1, "value": "1.21695372659"}]
    assert all(check["ok"] for check in found["gradient_check"])


def test_the_example_is_solved_and_marked_in_the_browser(visit):
    page, _ = visit
    sheet, written = EXAMPLE.read_text(encoding="utf-8"), EXAMPLE.with_name("two-layer-softmax-answer.md").read_text(encoding="utf-8")
    solved = page.evaluate(ASK, {"kind": "solve", "sheet": sheet})
    assert solved["ok"] and "1.24342" in solved["html"] and solved["losses"][0]["after"] == "0.855716", solved
    marked = page.evaluate(ASK, {"kind": "check", "sheet": sheet, "answer": written})
    assert marked["first_mistake"] == {"line": 22, "mistake": "derivative of the activation left out"}, marked


def test_a_request_that_takes_too_long_is_ended_and_the_next_is_answered(visit):
    page, _ = visit
    late, after = page.evaluate("""async (sheet) => {
      const { ask, limits } = await import(new URL('transport.js', document.baseURI));
      await ask({ kind: 'examples' });
      const patience = limits.patience;
      limits.patience = 1;
      const late = await ask({ kind: 'solve', sheet });
      limits.patience = patience;
      return [late, await ask({ kind: 'solve', sheet })];
    }""", EXAMPLE.read_text(encoding="utf-8") + "\nOnce more, so that no earlier answer is at hand.\n")
    assert not late["ok"] and late["error"]["code"] == "too slow"
    assert after["ok"], after


def test_a_request_can_be_called_off(visit):
    page, _ = visit
    outcome = page.evaluate("""async (sheet) => {
      const { ask } = await import(new URL('transport.js', document.baseURI));
      const off = new AbortController();
      const first = ask({ kind: 'solve', sheet });
      const second = ask({ kind: 'solve', sheet: 'no sheet' }, off.signal).then(() => 'answered', (error) => error.name);
      off.abort();
      return [(await first).ok, await second];
    }""", EXAMPLE.read_text(encoding="utf-8"))
    assert outcome == [True, "AbortError"]


@pytest.mark.parametrize("missing", ["**/site.json", "**/*.wasm"])
def test_a_site_that_cannot_be_loaded_says_so(browser, address, missing):
    context = browser.new_context()
    context.route(missing, lambda route: route.fulfill(status=404))
    page = context.new_page()
    page.set_default_timeout(MILLISECONDS)
    page.goto(address)
    says = page.evaluate("async () => (await import(new URL('transport.js', document.baseURI))).ask({kind: 'examples'}).catch(String)")
    assert "Python could not be loaded" in says
    assert "Python could not be loaded" in page.locator("#loading").text_content()
    context.close()


def test_nothing_is_loaded_from_elsewhere(visit, address):
    page, asked = visit
    page.evaluate(ASK, {"kind": "examples"})
    assert any(url.endswith("pyodide.asm.wasm") for url in asked)
    assert {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))} == {urlsplit(address).netloc}
    assert "default-src 'none'" in page.locator("meta[http-equiv]").get_attribute("content")
