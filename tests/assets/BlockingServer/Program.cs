using BlockingServer;

// Says on standard output what happens, a line each. With "stubborn" the application ignores its end.
new OneScopeServer(isStubborn: args is ["stubborn"]).Run();
Console.WriteLine("returned");
