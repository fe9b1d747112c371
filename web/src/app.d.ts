import type { ViewerView } from "#domain/view/portal.ts";

declare global {
  namespace App {
    interface Error {
      message: string;
      /** What the person can do now. */
      fix?: string;
      requestId?: string;
    }
    interface Locals {
      theme: "light" | "dark" | "system";
      zone: string;
      requestId: string;
    }
    interface PageData {
      viewer?: ViewerView;
      zone?: string;
    }
  }
}
