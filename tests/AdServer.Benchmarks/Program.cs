System.Diagnostics.Debug.Assert(true);
