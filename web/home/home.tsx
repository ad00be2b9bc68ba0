import { render } from "preact";

const page = document.getElementById("page");
if (page) render(<h1>Dispatch</h1>, page);
