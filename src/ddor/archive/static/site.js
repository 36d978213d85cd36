// The search, and the questions of the FAQ. Without it every page reads the same, but for these two.
"use strict";

const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

let index;
async function lines(root) {
  index ??= fetch(`${root}/search/index.json`).then((answer) => answer.json())
    .then((all) => all.lines.map(([path, name, place]) => ({ path, name, place, key: plain(name), text: plain(`${name} ${place}`) })));
  return index;
}

// Every word has to be somewhere in the line; names that begin with the question come first.
async function find(root, question) {
  const words = plain(question).split(/\s+/).filter(Boolean);
  const rank = (line) => (line.key.startsWith(words.join(" ")) ? 0 : words.every((word) => ` ${line.key}`.includes(` ${word}`)) ? 1 : 2);
  const found = words.length ? (await lines(root)).filter((line) => words.every((word) => line.text.includes(word))) : [];
  return found.map((line) => [rank(line), line]).sort((a, b) => a[0] - b[0]).map(([, line]) => line);
}

function shown(place, root, found, most) {
  const list = document.createElement("ul");
  for (const line of found.slice(0, most)) {
    const item = list.appendChild(document.createElement("li"));
    const link = item.appendChild(document.createElement("a"));
    link.href = `${root}/${line.path}`;
    link.textContent = line.name;
    item.append(" ");
    item.appendChild(document.createElement("small")).textContent = line.place;
  }
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  said.textContent = found.length === 0 ? "Nothing found." : found.length > most ? `${most} of ${found.length} found; Enter shows more.` : `${found.length} found.`;
  place.replaceChildren(said, list);
}

const form = document.querySelector("form.search");
if (form) {
  const box = form.elements.q;
  const answers = form.appendChild(document.createElement("div"));
  answers.className = "answers";
  answers.hidden = true;
  const close = () => { answers.hidden = true; };
  box.addEventListener("input", async () => {
    const question = box.value;
    try {
      const found = await find(form.dataset.root, question);
      if (question !== box.value) return;
      answers.hidden = !question.trim();
      shown(answers, form.dataset.root, found, 8);
    } catch { close(); }
  });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { close(); box.focus(); } });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) close(); });
  answers.addEventListener("mousedown", (event) => event.preventDefault());
}

const place = document.getElementById("found");
if (place) {
  const question = new URLSearchParams(location.search).get("q") ?? "";
  form.elements.q.value = question;
  const tell = (most) => find(place.dataset.root, question).then((found) => {
    if (!question.trim()) return;
    shown(place, place.dataset.root, found, most);
    document.getElementById("plain").textContent = "Or look through the lists:";
    if (found.length <= most) return;
    const more = place.appendChild(document.createElement("button"));
    more.textContent = "Show all";
    more.addEventListener("click", () => tell(Infinity));
    place.firstChild.textContent = `${most} of ${found.length} found.`;
  });
  tell(50).catch(() => {});
}

const questions = [...document.querySelectorAll(".questions > details")];
if (questions.length) {
  const all = (open) => questions.forEach((each) => { each.open = open; });
  const bar = document.createElement("p");
  bar.className = "all";
  for (const [words, open] of [["Expand all", true], ["Collapse all", false]]) {
    const button = bar.appendChild(document.createElement("button"));
    button.type = "button";
    button.textContent = words;
    button.addEventListener("click", () => all(open));
  }
  questions[0].parentElement.before(bar);
  const toAddress = () => {
    const asked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!asked || !questions.includes(asked)) return;
    asked.open = true;
    asked.scrollIntoView();
  };
  all(false);
  toAddress();
  addEventListener("hashchange", toAddress);
  // On paper every answer is there; afterwards the page is as the reader had it.
  let before;
  addEventListener("beforeprint", () => { before = questions.map((each) => each.open); all(true); });
  addEventListener("afterprint", () => before && questions.forEach((each, at) => { each.open = before[at]; }));
}
