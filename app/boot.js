// Starts the page: compiles the module once, for the page and for the worker, and runs it.
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
  function within(attribute, url) {
    return document.querySelector(`script[${attribute}="${CSS.escape(url.replace(/^\.\//, ""))}"]`);
  }

  async function get(url) {
    const packed = within("data-packed", url);
    if (packed) {
      const text = packed.textContent;
      const bytes = Uint8Array.fromBase64
        ? Uint8Array.fromBase64(text)
        : Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
    }
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return response;
  }

  async function compile(url) {
    const response = await get(url);
    const type = response.headers.get("content-type") || "";
    // Hosts that do not know the type still serve the bytes.
    return type.startsWith("application/wasm")
      ? WebAssembly.compileStreaming(response)
      : WebAssembly.compile(await response.arrayBuffer());
  }

  async function text(url) {
    const inline = within("data-inline", url);
    return inline ? inline.textContent : (await get(url)).text();
  }

  async function start() {
    const [module, glue] = await Promise.all([compile(names.content), text(names.dataset.glue)]);
    // From a Blob, so that the worker inherits the page's policy and starts everywhere.
    const source = [
      glue,
      "\nonmessage = (event) => { onmessage = null; wasm_bindgen({ module_or_path: event.data }); };",
    ];
    window.gatewayTriage = {
      startWorker() {
        const url = URL.createObjectURL(new Blob(source, { type: "text/javascript" }));
        const worker = new Worker(url, { name: "reader" });
        URL.revokeObjectURL(url);
        worker.postMessage(module);
        return worker;
      },
      async file(url) {
        return (await get(url)).blob();
      },
    };
    await wasm_bindgen({ module_or_path: module });
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
