// Starts the page: compiles the module once, for the page and for the worker, and runs it.
//
// A file of its own and a classic script, because the content security policy allows no inline script and frames
// with an opaque origin no module scripts. The glue before it is wasm-bindgen's `no-modules` kind: it declares
// `wasm_bindgen`, here and in the worker.
"use strict";

(() => {
  const names = document.querySelector('meta[name="gateway-triage"]');

  async function compile(url) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    const type = response.headers.get("content-type") || "";
    // Hosts that do not know the type still serve the bytes.
    return type.startsWith("application/wasm")
      ? WebAssembly.compileStreaming(response)
      : WebAssembly.compile(await response.arrayBuffer());
  }

  async function text(url) {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    return response.text();
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
    };
    await wasm_bindgen({ module_or_path: module });
  }

  start().catch((error) => {
    console.error(error);
    // Where the page already stands, the fault is its own and not one of starting.
    const started = document.querySelector("main[data-state]");
    document.getElementById(started ? "broken-later" : "broken-start").hidden = false;
  });
})();
