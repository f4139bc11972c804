import { Outlet } from '@tanstack/react-router';
import { LiveRegion } from '../ui/announce';

export function Root() {
  return (
    <>
      <Outlet />
      <LiveRegion />
    </>
  );
}
