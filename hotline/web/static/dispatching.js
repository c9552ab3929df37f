// The dispatch desk: counts that follow by themselves, the row in sight, and the small comforts.
"use strict";

// What was refused has the focus already.
if (!document.querySelector(".sheet [autofocus]")) document.querySelector(".sheet")?.focus({ preventScroll: true });
document.querySelector(".items [aria-current]")?.scrollIntoView({ block: "nearest" });

// New alarms announce themselves above the work; nothing under the pointer moves or changes.
function follow(piles, counts) {
  for (const [name, count] of Object.entries(counts)) {
    const door = piles.querySelector(`[data-pile="${CSS.escape(name)}"]`);
    const shown = door?.querySelector("b");
    if (!shown || shown.textContent === String(count)) continue;
    if (name === "alarms") {
      if (count > Number(shown.textContent)) announce(piles.dataset.news, door.href);
      door.classList.toggle("alarm", count > 0);
    }
    shown.textContent = count;
  }
}
function announce(sentence, address) {
  const news = document.getElementById("news");
  news.replaceChildren(Object.assign(document.createElement("a"), { href: address, textContent: sentence }));
  news.hidden = false;
}
const piles = document.querySelector(".piles");
const source = new EventSource("/live");
source.addEventListener("desk", (event) => follow(piles, JSON.parse(event.data)));
// A page that gets no stream asks now and then.
let asking;
source.addEventListener("error", () => {
  if (source.readyState === EventSource.CLOSED) asking ??= setInterval(ask, 10000);
});
async function ask() {
  const answer = await fetch("/live/poll", { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  for (const { event, data } of (await answer.json()).messages) if (event === "desk") follow(piles, data);
}

// What the directory says of the way chosen; it is said unless other words are written.
const way = document.getElementById("code");
function say() {
  const sentence = document.getElementById("directory-sentence");
  sentence.textContent = way.selectedOptions[0]?.dataset.sentence ?? "";
  sentence.hidden = !sentence.textContent;
}
if (way) { way.addEventListener("change", say); say(); }

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.ctrlKey || !event.target.form) return;
  const ways = [...event.target.form.querySelectorAll("button:not([type=button])")];
  // Where there are several ways to go on, the text is done and the keys choose among them.
  if (ways.length > 1) ways[0].focus();
  else event.target.form.requestSubmit(ways[0]);
});
// A way opened by its key takes the next letters.
for (const summary of document.querySelectorAll(".other-way summary")) {
  summary.addEventListener("click", () => setTimeout(() => {
    const way = summary.parentElement;
    if (way.open) way.querySelector("select, input:not([type=hidden])")?.focus();
  }));
}
