[assembly: TestFramework("Bridge.Testing.Limits.LimitedTestFramework", "Bridge.Testing")]
