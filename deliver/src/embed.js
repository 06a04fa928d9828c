// <gateway-triage product="…" category="…" height="auto">: Gateway Triage in an article. docs/embedding.md
//
// It frames the one file that lies beside this script, without an origin of its own, and talks to it by messages. A classic
// script, so that any host page can load it; it writes no markup and no style element, so that strict policies allow it.
"use strict";

(() => {
  const VERSION = 1;
  const PAGE = new URL("gateway-triage.html", document.currentScript.src);
  const PASSED_ON = ["product", "category"];
  // Until the page has said how high it is.
  const AT_FIRST = 480;
  // The page in the frame hears a host with an origin of its own only; a file has none, nor has a sandboxed page.
  const HOST = /^https?:/.test(self.origin) ? self.origin : null;
  // As many as the page takes at once.
  const FILES = 100;
  // Time for its megabyte and a half, on a slow line.
  const READY_WITHIN = 60;

  // Red, green, blue (0 to 255) and alpha (0 to 1) of any computed colour.
  function channels(color) {
    if (color.startsWith("rgb")) {
      const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g).map(Number);
      return [red, green, blue, alpha];
    }
    // oklch() and its like: as it is painted. What cannot be painted stays clear.
    const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
    context.fillStyle = "transparent";
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  }

  // Light or dark, as the article around the element is.
  function schemeAround(element) {
    const meta = document.querySelector('meta[name="color-scheme"]')?.content;
    const { colorScheme } = getComputedStyle(element);
    const declared = (colorScheme === "normal" ? (meta ?? "") : colorScheme).split(" ");
    const [light, dark] = ["light", "dark"].map((scheme) => declared.includes(scheme));
    if (light !== dark) return dark ? "dark" : "light";
    if (dark) return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    for (let around = element; around; around = around.parentElement ?? around.getRootNode().host) {
      const [red, green, blue, alpha] = channels(getComputedStyle(around).backgroundColor);
      // What lies behind is seen more than a thin veil.
      if (alpha >= 0.5) return 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light";
    }
    return "light";
  }

  class GatewayTriage extends HTMLElement {
    static observedAttributes = [...PASSED_ON, "scheme"];

    #frame = null;
    #ready = null;
    #isReady = false;
    #tellReady = null;
    #giveUp = null;
    #scheme = null;
    #watching = null;
    #loads = 0;

    connectedCallback() {
      if (this.#frame) return;
      const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
      this.style.display ||= "block";
      this.#awaitReady();
      const frame = document.createElement("iframe");
      frame.title = this.getAttribute("label") || "Gateway Triage";
      frame.sandbox = "allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox";
      frame.allow = "clipboard-write";
      frame.referrerPolicy = "no-referrer";
      frame.loading = "lazy";
      const fixed = Number.parseInt(this.getAttribute("height"), 10);
      Object.assign(frame.style, { display: "block", width: "100%", border: "0", height: `${fixed || AT_FIRST}px` });
      this.#scheme = this.#wantedScheme();
      frame.src = this.#address();
      // Whatever stands in the frame after the first load is another document, which has to say anew that it is ready.
      frame.addEventListener("load", () => {
        if (this.#loads++ && this.#isReady) this.#awaitReady();
      });
      this.#frame = frame;
      root.replaceChildren(frame);
      window.addEventListener("message", this);
      this.#watchScheme();
    }

    disconnectedCallback() {
      window.removeEventListener("message", this);
      this.#watching?.();
      this.#giveUp?.(new Error("The gateway-triage element was moved or removed before its page was ready."));
      this.#frame?.remove();
      this.#frame = null;
      this.#loads = 0;
    }

    attributeChangedCallback(name, before, after) {
      if (!this.#frame || before === after) return;
      if (name === "scheme") this.#changeScheme();
      // Only the fragment changes: the page follows, and nothing that is open is lost.
      else this.#frame.src = this.#address();
    }

    // Hands files over: `File`s, or objects with a `name` and an `ArrayBuffer` or `Blob` as `data`. The page asks its reader.
    // Rejects with a sentence where they cannot reach it.
    async open(files) {
      if (!HOST) throw new Error("Only a page that is served, and not sandboxed, can hand files to Gateway Triage.");
      const list = [...files];
      if (list.length > FILES) throw new Error(`At most ${FILES} files can be handed over at once.`);
      const handed = await Promise.all(
        list.map(async (file) => ({ name: file.name, data: file.data ?? (await file.arrayBuffer()) })),
      );
      await this.#becomesReady();
      const buffers = handed.map(({ data }) => data).filter((data) => data instanceof ArrayBuffer);
      this.#say({ type: "open", files: handed }, buffers);
    }

    handleEvent({ source, origin, data }) {
      // The frame has no origin of its own, so it can be told by its window only.
      if (!this.#frame || source !== this.#frame.contentWindow || origin !== "null") return;
      if (data?.gatewayTriage !== VERSION) return;
      const { type, height, report, version, build } = data;
      if (type === "height" && this.getAttribute("height") === "auto" && Number.isFinite(height) && height > 0) {
        this.#frame.style.height = `${Math.ceil(height)}px`;
      } else if (type === "ready") {
        this.#isReady = true;
        this.#tellReady();
        // The frame's address may say what the article was before.
        this.#say({ type: "scheme", scheme: this.#scheme });
        this.#dispatch("ready", { version, build });
      } else if (type === "result") {
        this.#dispatch("result", { report });
      }
    }

    #dispatch(name, detail) {
      this.dispatchEvent(new CustomEvent(`gateway-triage-${name}`, { detail, bubbles: true }));
    }

    #awaitReady() {
      this.#isReady = false;
      this.#ready = new Promise((resolve, reject) => {
        [this.#tellReady, this.#giveUp] = [resolve, reject];
      });
      // Who waits for it says so; nobody has to.
      this.#ready.catch(() => {});
    }

    async #becomesReady() {
      if (!this.#frame) throw new Error("The gateway-triage element is in no document.");
      // Below what is seen it would never be loaded, and never be ready.
      this.#frame.loading = "eager";
      let timer;
      const late = new Error(`The page of the gateway-triage element was not ready within ${READY_WITHIN} seconds.`);
      const limit = new Promise((_, reject) => (timer = setTimeout(reject, READY_WITHIN * 1000, late)));
      await Promise.race([this.#ready, limit]).finally(() => clearTimeout(timer));
    }

    // To any origin, as the frame has none that could be named; it is said only to a page that has said that it is ready.
    #say(message, handed = []) {
      this.#frame?.contentWindow.postMessage({ gatewayTriage: VERSION, ...message }, "*", handed);
    }

    #address() {
      const says = new URLSearchParams();
      if (HOST) says.set("embed", HOST);
      if (this.getAttribute("height") === "auto") says.set("height", "auto");
      says.set("scheme", this.#scheme);
      if (this.hasAttribute("result")) says.set("result", "");
      for (const name of PASSED_ON) {
        if (this.hasAttribute(name)) says.set(name, this.getAttribute(name));
      }
      if (says.has("product") && !says.has("category")) says.set("guided", "");
      const page = new URL(PAGE);
      page.hash = says;
      return page.href;
    }

    #wantedScheme() {
      const set = this.getAttribute("scheme");
      return set === "light" || set === "dark" ? set : schemeAround(this);
    }

    #changeScheme() {
      const scheme = this.#wantedScheme();
      if (scheme === this.#scheme) return;
      this.#scheme = scheme;
      // Otherwise it is told as soon as it is.
      if (this.#isReady) this.#say({ type: "scheme", scheme });
    }

    // Readers switch, and so do themes: by the system's setting, or by an attribute of the root element or body.
    #watchScheme() {
      const change = () => this.#changeScheme();
      // A style sheet may come after this script.
      if (document.readyState !== "complete") window.addEventListener("load", change, { once: true });
      const preference = matchMedia("(prefers-color-scheme: dark)");
      preference.addEventListener("change", change);
      const observer = new MutationObserver(change);
      for (const element of [document.documentElement, document.body]) observer.observe(element, { attributes: true });
      this.#watching = () => {
        preference.removeEventListener("change", change);
        observer.disconnect();
      };
    }
  }

  if (!customElements.get("gateway-triage")) customElements.define("gateway-triage", GatewayTriage);
})();
