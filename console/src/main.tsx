import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/query-client.ts";
import { createConsoleRouter } from "./app/router.tsx";
import { applyTheme, storedTheme } from "./app/theme.ts";
import "./styles/index.css";

applyTheme(storedTheme());

const root = document.getElementById("app");
if (root === null) throw new Error("The page has no element with the id app");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={createConsoleRouter()} />
    </QueryClientProvider>
  </StrictMode>,
);
