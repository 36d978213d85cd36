// The search, the contents of a report, tables that sort, and the questions of the FAQ. Without it
// every page reads the same.
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

// Beside the text where there is room, else a fold that closes behind the reader.
const contents = document.querySelector(".contents > details");
if (contents) {
  const wide = matchMedia("(min-width: 72rem)");
  const fit = () => { contents.open = wide.matches; };
  fit();
  wide.addEventListener("change", fit);
  contents.addEventListener("click", (event) => { if (!wide.matches && event.target.closest("a")) contents.open = false; });
}

// A table by agency: sorted by a column; filtered by state, the list of others beneath it too. The
// line that adds up others stays last.
for (const place of document.querySelectorAll(".table[data-sorts]")) {
  const body = place.querySelector("tbody");
  const rows = [...body.rows];
  const rest = rows.filter((row) => row.classList.contains("rest"));
  const own = rows.filter((row) => !rest.includes(row));
  const heads = [...place.querySelectorAll("thead th")];
  const text = (row, at) => (row.cells[at].firstElementChild ?? row.cells[at]).textContent;
  const number = (row, at) => Number(text(row, at).replaceAll(",", "")) || 0;
  heads.forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const [first, other] = at ? ["descending", "ascending"] : ["ascending", "descending"];
      const order = head.getAttribute("aria-sort") === first ? other : first;
      const sign = order === "ascending" ? 1 : -1;
      heads.forEach((each) => each.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", order);
      own.sort((a, b) => sign * (at ? number(a, at) - number(b, at) : text(a, at).localeCompare(text(b, at), "en")));
      body.append(...own, ...rest);
    });
  });
  const beneath = place.nextElementSibling?.nextElementSibling;
  const listed = beneath?.matches("[data-states]") ? [...beneath.children] : [];
  listed.forEach((item, at) => { item.dataset.state = beneath.dataset.states.split(" ")[at]; });
  const agencies = [...own, ...listed];
  const states = [...new Set(agencies.map((each) => each.dataset.state))].sort();
  if (states.length < 2) continue;
  const bar = document.createElement("p");
  bar.className = "filter";
  const label = bar.appendChild(document.createElement("label"));
  label.append("State ");
  const choice = label.appendChild(document.createElement("select"));
  choice.append(new Option("All", ""), ...states.map((state) => new Option(state, state)));
  const status = bar.appendChild(document.createElement("span"));
  status.setAttribute("role", "status");
  choice.addEventListener("change", () => {
    agencies.forEach((each) => { each.hidden = Boolean(choice.value) && each.dataset.state !== choice.value; });
    rest.forEach((row) => { row.hidden = Boolean(choice.value); });
    const shown = agencies.filter((each) => !each.hidden).length;
    status.textContent = choice.value ? `${shown} of ${agencies.length} agencies` : "";
  });
  place.before(bar);
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
