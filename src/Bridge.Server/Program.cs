using Bridge.Server;

return await BridgeProgram.RunAsync(args, Console.Out, Console.Error);
