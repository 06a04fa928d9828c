// A widget of the portal: hands a ticket's attachments to the page, and takes its result into the work notes.
"use strict";

const triage = document.querySelector("gateway-triage");

document.getElementById("triage").addEventListener("click", async () => {
  const links = [...document.querySelectorAll("#attachments a")];
  const files = await Promise.all(
    links.map(async (link) => ({ name: link.textContent, data: await (await fetch(link.href)).arrayBuffer() })),
  );
  // The page's script may still be on its way.
  await customElements.whenDefined("gateway-triage");
  const refused = document.getElementById("refused");
  await triage.open(files).then(
    () => (refused.textContent = ""),
    ({ message }) => (refused.textContent = message),
  );
});

triage.addEventListener("gateway-triage-result", ({ detail }) => {
  const lines = detail.report.verdicts.map(({ category, host, count }) => `${category} ${host ?? ""}: ${count}`);
  document.getElementById("work-notes").value = lines.join("\n");
});
