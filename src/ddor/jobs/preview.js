let seen = Number(document.currentScript.dataset.shown);
setInterval(async () => {
  const ended = { made: seen, own: seen, path: "/", wrong: "The preview has ended." };
  const state = await fetch("/_state").then((answer) => answer.json(), () => ended);
  const made = location.pathname.startsWith(state.path) ? state.own : state.made;
  if (made !== seen) location.reload();
  seen = made;
  let box = document.getElementById("preview-says");
  if (!state.wrong) return box && box.remove();
  if (!box) {
    box = document.createElement("pre");
    box.id = "preview-says";
    box.style.cssText = "white-space: pre-wrap; border: 2px solid; padding: 0.5rem";
    document.body.prepend(box);
  }
  const below = "\nThe page below is the last one without errors.";
  box.textContent = state === ended ? state.wrong : state.wrong + below;
}, 100);
