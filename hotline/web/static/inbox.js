// The inbox by keyboard: j and k move, Enter opens, c claims.
"use strict";

const links = () => [...document.querySelectorAll(".row-link")];
const boxOf = (link) => link.closest("li").querySelector("input[type=checkbox]");

// Where the reader stands: the focused row, else the one that is open beside the list.
function here() {
  const all = links();
  const focused = all.indexOf(document.activeElement);
  return focused >= 0 ? focused : all.findIndex((link) => link.closest("li").hasAttribute("aria-current"));
}

function move(by) {
  const all = links();
  all[Math.min(Math.max(here() + by, 0), all.length - 1)]?.focus();
}

// With nothing ticked, c claims the row on which the reader stands.
function tickHere() {
  const all = links();
  if (here() >= 0 && !all.some((link) => boxOf(link).checked)) boxOf(all[here()]).checked = true;
}

const pressed = {
  behind: () => move(1),
  before: () => move(-1),
  claim: tickHere,
  all: (box) => { for (const link of links()) boxOf(link).checked = box.checked; },
};
document.addEventListener("click", (event) => {
  const element = event.target.closest("#behind, #before, #claim, #all");
  if (element) pressed[element.id](element);
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches(".row-link")) return;
  for (const link of links()) link.closest("li").removeAttribute("aria-current");
  event.target.closest("li").setAttribute("aria-current", "true");
});

// Gone to another unit meanwhile: the page says so, with the list as it is now.
document.addEventListener("htmx:responseError", (event) => {
  if (event.target.matches(".row-link") && event.detail.xhr.status === 404) location.assign(event.target.href);
});
