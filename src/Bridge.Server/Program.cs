using Bridge.Server;

return await BridgeProgram.RunAsync(args);
