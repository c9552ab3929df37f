// Shows the number to dial while an emergency is still being typed; the form works without this.
"use strict";

const form = document.getElementById("ask");
const danger = document.getElementById("danger");
let waiting = 0;

async function check() {
  const body = new FormData();
  body.set("csrf_token", form.elements.csrf_token.value);
  body.set("text", form.elements.text.value);
  const answer = await fetch("/ask/check", { method: "POST", body });
  if (!answer.ok) return;
  const { sentence, service } = await answer.json();
  danger.hidden = !sentence;
  const dial = Object.assign(document.createElement("a"), { className: "dial", href: `tel:${service}`, textContent: service });
  danger.replaceChildren(...sentence ? [sentence, " ", dial] : []);
}

form.elements.text.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(check, 500);
});
