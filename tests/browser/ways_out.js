// Tries all ways in which a page, or a worker from a Blob, could send something to `target`, each to an address of its own.
// Answers with what the policy refused, as in `page connect-src http://…/page-fetch`.
//
// `target` stands before this.
const told = [];
document.addEventListener("securitypolicyviolation", (event) => {
  told.push(`page ${event.effectiveDirective} ${event.blockedURI}`);
});

function attempt(run) {
  try {
    Promise.resolve(run()).catch(() => {});
  } catch {
    // Refused at once.
  }
}

function connect(to) {
  attempt(() => fetch(to("fetch"), { method: "POST", mode: "no-cors", body: "secret" }));
  attempt(() => {
    const request = new XMLHttpRequest();
    request.open("POST", to("xhr"));
    request.send("secret");
  });
  attempt(() => new WebSocket(to("websocket").replace("http", "ws")));
  attempt(() => new EventSource(to("eventsource")));
  attempt(() => import(to("import")));
}

const to = (way) => `${target}/page-${way}`;
connect(to);
attempt(() => navigator.sendBeacon(to("beacon"), "secret"));

function add(name, attributes) {
  const element = Object.assign(document.createElement(name), attributes);
  document.body.append(element);
  return element;
}
add("img", { src: to("image") });
add("script", { src: to("script") });
add("link", { rel: "stylesheet", href: to("style") });
add("iframe", { src: to("frame") });
add("object", { data: to("object") });
add("video", { src: to("video") });
add("div", {}).style.backgroundImage = `url(${to("css")})`;
attempt(() => new FontFace("way-out", `url(${to("font")})`).load());

add("iframe", { name: "sink" });
const form = add("form", { action: to("form"), method: "post", target: "sink" });
form.append(Object.assign(document.createElement("input"), { name: "text", value: "secret" }));
attempt(() => form.submit());

const source = `
  ${attempt}
  ${connect}
  addEventListener("securitypolicyviolation", (event) => {
    postMessage("worker " + event.effectiveDirective + " " + event.blockedURI);
  });
  const to = (way) => "${target}/worker-" + way;
  connect(to);
  attempt(() => importScripts(to("scripts")));
`;
const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
worker.onmessage = (event) => told.push(event.data);

return new Promise((resolve) => setTimeout(() => resolve(told), 2000));
