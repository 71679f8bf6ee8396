// A page of the site: its films, its questions, and the moment that its address names. There is no server and no kernel.

import { makeFilms } from "./places_of_films.js";
import { showMoment } from "./moment_links.js";
import { ask, forgetting } from "./questions.js";
import { followScheme } from "./scheme.js";

followScheme();
document.documentElement.classList.add("scripted");
const films = makeFilms();
for (const place of document.querySelectorAll(".ask")) ask(place, films);
forgetting();
addEventListener("beforeprint", () => document.querySelectorAll("details:has(.film)").forEach((one) => (one.open = true)));
const show = () => showMoment(location.hash, films);
addEventListener("hashchange", show);
show();
