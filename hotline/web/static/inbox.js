// The inbox by keyboard: j and k move, Enter opens, c claims.
"use strict";

const links = () => [...document.querySelectorAll(".row-link")];
const standing = () => links().findIndex((link) => link === document.activeElement || link.closest("li").hasAttribute("aria-current"));
const box = (link) => link?.closest("li").querySelector("input[type=checkbox]");

function move(by) {
  const all = links();
  const focused = all.indexOf(document.activeElement);
  const from = focused >= 0 ? focused : standing();
  all[Math.min(Math.max(from + by, 0), all.length - 1)]?.focus();
}
document.getElementById("behind")?.addEventListener("click", () => move(1));
document.getElementById("before")?.addEventListener("click", () => move(-1));

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches(".row-link")) return;
  for (const row of document.querySelectorAll(".rows li")) row.removeAttribute("aria-current");
  event.target.closest("li").setAttribute("aria-current", "true");
});

// With nothing ticked, c claims the one that stands out.
document.getElementById("claim")?.addEventListener("click", () => {
  const ticked = links().some((link) => box(link)?.checked);
  const here = box(links()[standing()]);
  if (!ticked && here) here.checked = true;
});
document.getElementById("all")?.addEventListener("change", (event) => {
  for (const link of links()) box(link).checked = event.target.checked;
});
