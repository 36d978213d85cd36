// The search, and the questions of the FAQ. Without it every page reads the same, but for these two.
"use strict";

// Letters and digits alone, without accents or capitals: "Doña Ana, NM" -> "dona ana nm".
const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();

let index;
function lines(root) {
  index ??= fetch(`${root}/search/index.json`)
    .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
    .then((all) => all.lines.map(([path, name, place, more]) => ({ path, name, place, key: plain(name), text: plain(`${name} ${place} ${more}`) })))
    .catch((error) => { index = undefined; throw error; });
  return index;
}

// Every word has to be somewhere in the line; names that begin with the question come first.
async function find(root, question) {
  const words = plain(question).split(" ").filter(Boolean);
  const rank = (line) => (line.key.startsWith(words.join(" ")) ? 0 : words.every((word) => ` ${line.key}`.includes(` ${word}`)) ? 1 : 2);
  const found = words.length ? (await lines(root)).filter((line) => words.every((word) => line.text.includes(word))) : [];
  return found.map((line) => [rank(line), line]).sort((a, b) => a[0] - b[0]).map(([, line]) => line);
}

// A place for answers. A screen reader tells what changes in an element that was there, and to be
// seen, before: so what is said stands in `outside` too, where the place itself may be hidden.
function answersIn(place, root, outside = place) {
  const status = outside.appendChild(document.createElement("p"));
  status.setAttribute("role", "status");
  const said = outside === place ? status : place.appendChild(document.createElement("p"));
  if (said !== status) {
    status.className = "unseen";
    said.setAttribute("aria-hidden", "true");
  }
  const list = place.appendChild(document.createElement("ul"));
  const say = (words) => { status.textContent = said.textContent = words; list.replaceChildren(); };
  const show = (found, most) => {
    say(found.length === 0 ? "Nothing found." : found.length > most ? `${most} of ${found.length} found.` : `${found.length} found.`);
    for (const line of found.slice(0, most)) {
      const item = list.appendChild(document.createElement("li"));
      const link = item.appendChild(document.createElement("a"));
      link.href = `${root}/${line.path}`;
      link.textContent = line.name;
      item.append(" ");
      item.appendChild(document.createElement("small")).textContent = line.place;
    }
  };
  return { show, list, failed: () => say("The search cannot be read here; the lists have everything too.") };
}

const form = document.querySelector("form.search");
if (form) {
  const root = form.dataset.root;
  const box = form.elements.q;
  const place = form.appendChild(document.createElement("div"));
  place.className = "answers";
  place.hidden = true;
  const answers = answersIn(place, root, form);
  const close = () => { place.hidden = true; };
  const ask = async () => {
    const question = box.value;
    place.hidden = !plain(question);
    if (place.hidden) return;
    try {
      const found = await find(root, question);
      if (question === box.value) answers.show(found, 8);
    } catch { answers.failed(); }
  };
  box.addEventListener("input", ask);
  box.addEventListener("focus", ask);
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { box.focus(); close(); } });
  form.addEventListener("focusout", (event) => { if (!form.contains(event.relatedTarget)) close(); });
  place.addEventListener("mousedown", (event) => event.preventDefault());

  const page = document.getElementById("found");
  const question = new URLSearchParams(location.search).get("q") ?? "";
  if (page && plain(question)) {
    const whole = answersIn(page, root);
    box.value = question;
    find(root, question).then((found) => {
      whole.show(found, 50);
      document.getElementById("plain").textContent = "Or look through the lists:";
      if (found.length <= 50) return;
      const more = page.appendChild(document.createElement("button"));
      more.textContent = "Show all";
      more.addEventListener("click", () => {
        whole.show(found, Infinity);
        whole.list.children[50].firstChild.focus();
        more.remove();
      });
    }).catch(whole.failed);
  }
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
  // On paper every answer is there; afterwards the page is as the reader had it.
  let before = [];
  addEventListener("beforeprint", () => { before = questions.map((each) => each.open); all(true); });
  addEventListener("afterprint", () => before.forEach((open, at) => { questions[at].open = open; }));
  const toAddress = (address) => {
    const asked = questions.find((each) => `#${each.id}` === address);
    if (!asked) return;
    asked.open = true;
    asked.scrollIntoView();
  };
  all(false);
  toAddress(location.hash);
  addEventListener("hashchange", () => toAddress(location.hash));
  // A link to where the reader is already changes no address.
  document.addEventListener("click", (event) => toAddress(event.target.closest?.("a")?.getAttribute("href")));
}

// Site pages: where the search finds nothing, what that means, beneath its answers.
for (const said of document.querySelectorAll("form.search [role=status]")) {
  const { root, meaning: words } = said.closest("form").dataset;
  const meaning = document.createElement("p");
  meaning.className = "meaning";
  meaning.append(`${words} `);
  const more = meaning.appendChild(document.createElement("a"));
  more.href = `${root}/search/index.html#not-found`;
  more.textContent = "More";
  new MutationObserver(() => {
    if (said.textContent.startsWith("Nothing")) said.parentElement.querySelector(".answers").append(meaning);
    else meaning.remove();
  }).observe(said, { childList: true, characterData: true });
}
