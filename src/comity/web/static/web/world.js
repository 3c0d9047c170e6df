// The map beside the question: a click chooses a State, the fields choose it too, and the map shows what they say.
// The fields are the way for keyboard and screen reader; without script the map only shows.
const figure = document.querySelector("[data-world]");
const svg = figure?.querySelector("svg");
const form = figure?.closest("form");
const field = (side) => form.elements.namedItem(side);
const shapeOf = (state) => svg.querySelector(`use[data-state="${CSS.escape(state)}"]`);
const boxOf = (shape) => shape.dataset.box.split(" ").map(Number);
let chooses = "requested";

function middle(shape) {
  const [left, top, right, bottom] = boxOf(shape);
  return [(left + right) / 2, (top + bottom) / 2];
}

// The same bent line as the node draws.
function way(from, to) {
  const [[left, top], [right, bottom]] = [middle(from), middle(to)];
  const [across, down] = [right - left, bottom - top];
  return `M${left} ${top}Q${left + across / 2 + down * 0.18} ${top + down / 2 - Math.abs(across) * 0.18} ${right} ${bottom}`;
}

function showWhole() {
  svg.setAttribute("viewBox", "0 0 1000 455");
  svg.setAttribute("stroke-width", "0.625");
  figure.querySelector("[data-whole]").hidden = true;
}

function mark() {
  svg.querySelectorAll(".requesting, .requested").forEach((one) => one.classList.remove("requesting", "requested"));
  const chosen = ["requested", "requesting"].map((side) => [side, shapeOf(field(side).value)]);
  for (const [side, shape] of chosen) {
    if (!shape) continue;
    shape.classList.add(side);
    shape.parentNode.append(shape);
  }
  const [[, to], [, from]] = chosen;
  const two = from && to && from !== to;
  svg.querySelector(".way").setAttribute("d", two ? way(from, to) : "");
  if (!two) return;
  const name = (side) => field(side).selectedOptions[0].text;
  svg.querySelector("title").textContent = figure.dataset.says.replace("{from}", name("requesting")).replace("{to}", name("requested"));
}

function choose(side) {
  chooses = side;
  figure.querySelectorAll("[data-chooses]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.chooses === side)));
}

function take(event) {
  const state = event.target.closest("use[data-state]")?.dataset.state;
  const select = field(chooses);
  if (!state || ![...select.options].some((one) => one.value === state)) return;
  select.value = state;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

function follow(event) {
  if (!["requesting", "requested"].includes(event.target.name)) return;
  mark();
  // What is said of the two States was said of those asked before.
  form.querySelector("[data-standings]")?.remove();
  const inView = svg.viewBox.baseVal;
  const shape = shapeOf(event.target.value);
  if (!shape) return;
  const [x, y] = middle(shape);
  if (x < inView.x || x > inView.x + inView.width || y < inView.y || y > inView.y + inView.height) showWhole();
}

if (figure) {
  figure.querySelector("[data-script]").hidden = false;
  figure.classList.add("lives");
  svg.addEventListener("click", take);
  form.addEventListener("change", follow);
  figure.querySelectorAll("[data-chooses]").forEach((one) => one.addEventListener("click", () => choose(one.dataset.chooses)));
  figure.querySelector("[data-whole]").addEventListener("click", showWhole);
}
