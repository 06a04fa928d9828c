// Starts the page, and the worker that reads files: both run one module, or each its own where the page is a site. A module
// is compiled once.
//
// A file of its own and a classic script, because the content security policy allows no inline script and frames
// with an opaque origin no module scripts. The glue before it is wasm-bindgen's `no-modules` kind: it declares
// `wasm_bindgen`, here and in the worker.
//
// The same in every delivery: where the whole page is one file (deliver/src/one_file.rs), what would be fetched lies in it.
"use strict";

(() => {
  const names = document.querySelector('meta[name="gateway-triage"]');

  // The element of the one file that holds a file of this name; null where the page is a site.
  function within(url) {
    return document.querySelector(`script[data-packed="${CSS.escape(url.replace(/^\.\//, ""))}"]`);
  }

  // Seven bits to a character, as deliver/src/pack.rs writes them.
  function unpacked({ textContent: text, dataset }) {
    const bytes = new Uint8Array(Number(dataset.length));
    let [at, bits, count] = [0, 0, 0];
    const add = (seven) => {
      bits = (bits << 7) | seven;
      count += 7;
      if (count < 8) return;
      count -= 8;
      bytes[at++] = bits >> count;
      bits &= 127;
    };
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 256) add([0, 13, 60][(code - 256) >> 7]);
      add(code & 127);
    }
    return bytes;
  }

  async function inflated(bytes) {
    const gzip = new DecompressionStream("gzip");
    const writer = gzip.writable.getWriter();
    const written = writer.write(bytes).then(() => writer.close());
    const [buffer] = await Promise.all([new Response(gzip.readable).arrayBuffer(), written]);
    return buffer;
  }

  async function get(url) {
    const packed = within(url);
    if (packed) return new Response(await inflated(unpacked(packed)));
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return response;
  }

  async function compileBeside(url) {
    const response = await get(url);
    const type = response.headers.get("content-type") || "";
    // Hosts that do not know the type still serve the bytes.
    return type.startsWith("application/wasm")
      ? WebAssembly.compileStreaming(response)
      : WebAssembly.compile(await response.arrayBuffer());
  }

  // On a busy machine Firefox (140 ESR) may come to compile nothing more beside a page, whatever module: it never answers. On
  // the page's own thread it still compiles, at once; browsers that refuse to do that there have not been seen to stop.
  async function compile(url) {
    const beside = compileBeside(url);
    const arrived = () => within(url) || performance.getEntriesByName(new URL(url, location.href).href).length;
    // Five seconds after the bytes are there, or a minute where the browser does not say that they are.
    for (let waited = 0; waited < 60; waited += arrived() ? 12 : 1) {
      const module = await Promise.race([beside, new Promise((later) => setTimeout(later, 1000))]);
      if (module) return module;
    }
    try {
      const bytes = get(url).then((response) => response.arrayBuffer());
      const first = await Promise.race([beside, bytes]);
      return first instanceof WebAssembly.Module ? first : new WebAssembly.Module(first);
    } catch {
      return beside;
    }
  }

  async function text(url) {
    return (await get(url)).text();
  }

  async function start() {
    const { content, dataset } = names;
    const page = compile(content);
    let engine = null;

    function load() {
      engine ??= dataset.engine
        ? Promise.all([compile(dataset.engine), text(dataset.engineGlue)])
        : Promise.all([page, text(dataset.glue)]);
      return engine;
    }

    window.gatewayTriage = {
      async startWorker() {
        const [module, glue] = await load().catch((error) => {
          engine = null;
          throw error;
        });
        // From a Blob, so that the worker inherits the page's policy and starts everywhere.
        const source = [
          glue,
          "\nonmessage = (event) => { onmessage = null; wasm_bindgen({ module_or_path: event.data }); };",
        ];
        const url = URL.createObjectURL(new Blob(source, { type: "text/javascript" }));
        try {
          const worker = new Worker(url, { name: "reader" });
          worker.postMessage(module);
          return worker;
        } catch {
          return null;
        } finally {
          URL.revokeObjectURL(url);
        }
      },
      goWithoutWorker() {
        location.replace("gateway-triage.html" + location.hash);
      },
      async file(url) {
        return (await get(url)).blob();
      },
    };
    const style = document.querySelector('script[data-packed$=".css"]');
    if (style) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(await text(style.dataset.packed));
      document.adoptedStyleSheets = [sheet];
    }
    if (within(dataset.glue)) {
      // The policy allows it by its hash.
      const glue = document.createElement("script");
      glue.textContent = await text(dataset.glue);
      document.body.append(glue);
    }
    await wasm_bindgen({ module_or_path: await page });
  }

  // Has the site kept for visits without a network, by the service worker that is delivered with it, and tells the page when
  // that worker, or the next one, is of another build. (deliver/src/service_worker.js)
  async function keepOffline() {
    const { delivery, build } = document.documentElement.dataset;
    if (delivery !== "site" || !navigator.serviceWorker) return;
    const registration = await navigator.serviceWorker.register("service-worker.js");
    const compare = () => {
      const worker = registration.waiting ?? registration.active;
      if (!worker) return;
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = (event) => {
        if (event.data === build) return;
        window.gatewayTriage.renew = () => {
          if (!registration.waiting) return location.reload();
          registration.waiting.onstatechange = () => location.reload();
          registration.waiting.postMessage("take over");
        };
        window.dispatchEvent(new Event("gateway-triage-newer"));
      };
      worker.postMessage({ build }, [port2]);
    };
    const follow = () => registration.installing?.addEventListener("statechange", compare);
    registration.addEventListener("updatefound", follow);
    navigator.serviceWorker.addEventListener("controllerchange", compare);
    follow();
    compare();
  }

  start().then(
    // Where a browser refuses it, the page works as it did.
    () => keepOffline().catch(() => {}),
    (error) => {
      console.error(error);
      // Where the page already stands, the fault is its own and not one of starting.
      const started = document.querySelector("main[data-state]");
      document.getElementById(started ? "broken-later" : "broken-start").hidden = false;
    },
  );
})();
